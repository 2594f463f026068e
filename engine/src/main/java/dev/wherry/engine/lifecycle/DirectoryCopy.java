package dev.wherry.engine.lifecycle;

import dev.wherry.engine.linux.DirFd;

/** Copies trees, by which new volumes are filled. */
public interface DirectoryCopy {

  /**
   * Copies everything below a directory, and the directory's own mode, owner and attributes; the
   * target is empty. Links are copied, never followed.
   */
  void copy(DirFd source, DirFd target);
}
