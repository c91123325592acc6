/** What parent and store child say to each other over the IPC channel; never over argv or environment, which others can read. */
export interface StartStoreChild {
  readonly type: 'start';
  /** The engine's own folder. */
  readonly folder: string;
  readonly rowsFolder: string;
  readonly username: string;
  readonly password: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly readers: number;
  /** The user to become before the engine opens its folder. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

export type FromParent = StartStoreChild | { readonly type: 'stop' };

export type FromStoreChild =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'failed'; readonly message: string };
