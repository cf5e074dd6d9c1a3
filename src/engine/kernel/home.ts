/** Where the sandbox keeps what is its own, on a private tmpfs. */
export const HOME = "/run/packetwalk";
