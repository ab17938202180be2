// Decides that a page, which holds few clients, has the platform's own maps and sets, where it stands in for sparse.ts.

export type SparseMap<K, V> = Map<K, V>;
export const SparseMap = Map;

export type SparseSet<T> = Set<T>;
export const SparseSet = Set;
