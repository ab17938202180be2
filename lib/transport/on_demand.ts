// Decides when those of Node's own modules are loaded that a plain connection does without: when something first needs
// one. To load them all takes half as long as to load karere.

export const tls = () => process.getBuiltinModule("node:tls");
export const crypto = () => process.getBuiltinModule("node:crypto");
export const http = () => process.getBuiltinModule("node:http");
export const dns = () => process.getBuiltinModule("node:dns").promises;
export const os = () => process.getBuiltinModule("node:os");
