/** A mount namespace. The virtual file system stands here; see the room's brief in docs/architecture.md. */
export interface MountNamespace {
  readonly id: number;
}
