package dev.wherry.engine.store;

import java.util.Map;

/**
 * Keeps one document per key, each replaced atomically: after a crash at any point a key holds its
 * old or its new document, whole. Blocking; different keys may be written in parallel, one key by
 * one thread at a time.
 *
 * @param <T> the documents' type
 */
public interface DocumentStore<T> {

  /** Reads all documents, as at start; a damaged one is set aside and logged, not fatal. */
  Map<String, T> loadAll();

  /** Writes or replaces a document; on disk when it returns. */
  void put(String key, T document);

  /** Removes a document; nothing happens if there is none. */
  void delete(String key);
}
