import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { MemberAnswer } from '#contract/members.ts';
import { api } from '../../api/client.ts';
import { ConfirmDialog } from '../../kit/confirm-dialog.tsx';
import { paths } from '../../paths.ts';
import { useGuard } from './password-again.tsx';

interface RemoveMemberProps {
  readonly member: MemberAnswer;
  readonly isYou: boolean;
  readonly onClose: () => void;
}

/** Removes somebody, after saying what it means. */
export function RemoveMember({ member, isYou, onClose }: RemoveMemberProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const guard = useGuard();
  const remove = useMutation({
    mutationFn: () => guard(() => api.delete('/members/{member}', { params: { member: member.id } })),
    onSuccess: async () => {
      onClose();
      if (isYou) {
        await navigate({ to: paths.signIn() });
        client.clear();
        return;
      }
      await Promise.all([
        client.invalidateQueries({ queryKey: ['members'] }),
        client.invalidateQueries({ queryKey: ['tokens'] }),
      ]);
    },
  });
  return (
    <ConfirmDialog
      title={isYou ? 'Remove yourself?' : `Remove ${member.name}?`}
      confirm={isYou ? 'Remove my account' : `Remove ${member.name}`}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {isYou ? 'You are signed out everywhere' : `${member.email} is signed out everywhere`} and the tokens made with
      this account are revoked. What {isYou ? 'you' : 'they'} did stays in the audit log. Plans do not change: whoever
      they name goes on being told. To undo it, invite them again.
    </ConfirmDialog>
  );
}
