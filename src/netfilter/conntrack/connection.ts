/** A tracked connection (struct nf_conn). (The room's owner completes this.) */
export interface Connection {
  mark: number;
}
