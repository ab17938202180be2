// Notices nothing from the time on when it says so.

console.log("busy");
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
