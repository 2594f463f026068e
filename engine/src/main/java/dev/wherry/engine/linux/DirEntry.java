package dev.wherry.engine.linux;

/**
 * One name in a directory, getdents64(2).
 *
 * @param type one of the {@code S_IF*} constants of {@link FileStat}, 0 where the file system does
 *     not say
 */
public record DirEntry(String name, int type) {
  public boolean isDirectory() {
    return type == FileStat.S_IFDIR;
  }
}
