// Decides that those of Node's own modules which only an open store needs are loaded when one is opened: every program
// that connects loads this folder.

export const crypto = () => process.getBuiltinModule("node:crypto");
export const os = () => process.getBuiltinModule("node:os");
export const zlib = () => process.getBuiltinModule("node:zlib");
