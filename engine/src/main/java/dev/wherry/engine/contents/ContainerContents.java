package dev.wherry.engine.contents;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * What is in containers' file systems, running or not. Paths are resolved as inside the container,
 * with its volumes and bind mounts in place, and lead nowhere else whatever the container does
 * meanwhile (docs/decisions/copying-into-containers.md).
 *
 * <p>Blocking; may be called from any thread. What is opened holds the container's file system
 * mounted until it is closed; opening for one container must not run beside its start. {@code id}
 * is a container's name, id or unique id prefix; one that is not there is an {@link
 * dev.wherry.engine.error.EngineException.NotFound}. Events are appended to the journal with
 * dockerd's attributes.
 */
public interface ContainerContents {

  /** What differs from the image, sorted by path; mounts are no part of it. */
  List<Change> changes(String id);

  /** All of the container's file system but its mounts. */
  Outgoing export(String id);

  /**
   * What is at a path; a link at its end is not followed unless a slash comes after it.
   *
   * @throws dev.wherry.engine.error.EngineException.NotFound {@code Could not find the file X in
   *     container Y}
   */
  PathStat stat(String id, String path);

  /** What is at a path, as {@link #stat} finds it; a directory with all that is in it. */
  PathArchive archive(String id, String path);

  /**
   * Opens a directory to extract an archive into; links are followed to it.
   *
   * @throws dev.wherry.engine.error.EngineException.NotFound as {@link #stat}
   * @throws dev.wherry.engine.error.EngineException.InvalidParameter if it is no directory
   * @throws dev.wherry.engine.error.EngineException.Forbidden if it is read-only to the container
   */
  Incoming extractInto(String id, String path, ExtractOptions options);

  /**
   * Makes an image of the container as it is now, paused meanwhile if that is asked for and it
   * runs. Nothing else may be done to the container at the same time.
   *
   * @return the image's id
   */
  String commit(String id, CommitRequest request);

  /** An archive to be written once. */
  interface Outgoing extends AutoCloseable {
    /** Writes a tar archive and flushes it; the stream stays open. */
    void writeTo(OutputStream archive) throws IOException;

    @Override
    void close();
  }

  /** An archive of what is at a path. */
  interface PathArchive extends Outgoing {
    PathStat stat();
  }

  /** A place for an archive. */
  interface Incoming extends AutoCloseable {
    /**
     * Extracts a tar archive, compressed or not; what was extracted before a failure stays.
     *
     * @throws dev.wherry.engine.error.EngineException.InvalidParameter if it is no archive or does
     *     not fit into what is there
     */
    void extract(InputStream archive) throws IOException;

    @Override
    void close();
  }
}
