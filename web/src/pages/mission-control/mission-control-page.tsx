import { useLive, useReadings } from '../../api/live.tsx';
import { Figure, SampleSize } from '../../kit/figure.tsx';
import { Page, Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { figureTone } from '../../kit/tone.ts';

/** How the plan stands right now. */
export function MissionControlPage() {
  const names = useLive((snapshot) => snapshot.signalNames);
  const title = useLive((snapshot) => snapshot.header?.title);
  return (
    <Page title={title ?? 'Mission control'}>
      <Section title="Figures">
        {names.length === 0 ? <RowsSkeleton rows={6} /> : names.map((name) => <SignalRow key={name} name={name} />)}
      </Section>
    </Page>
  );
}

function SignalRow({ name }: { readonly name: string }) {
  const readings = useReadings(name);
  return readings.map((reading) => {
    const { tone, word } = figureTone(reading.state);
    return (
      <p key={reading.group.join(' ')}>
        {name} <Figure value={reading.value} unit={reading.unit} /> <SampleSize count={reading.sampleSize} />{' '}
        <TimeText at={reading.at} show="age" /> <StateMark tone={tone} word={word} />
      </p>
    );
  });
}
