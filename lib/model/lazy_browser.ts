// Decides that a page, which holds few clients, has the platform's own maps and sets, where it stands in for lazy.ts.

export type LazyMap<K, V> = Map<K, V>;
export const LazyMap = Map;

export type LazySet<T> = Set<T>;
export const LazySet = Set;
