package dev.wherry.api.mapping;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.wherry.api.http.Json;
import dev.wherry.engine.contents.PathStat;
import dev.wherry.engine.linux.FileStat;
import java.util.Base64;

/** What is at a path in a container, as a header tells it: JSON in base64. */
public final class PathStatJson {
  // Bits of Go's io/fs.FileMode.
  private static final long DIRECTORY = 1L << 31;
  private static final long SYMLINK = 1L << 27;
  private static final long DEVICE = 1L << 26;
  private static final long NAMED_PIPE = 1L << 25;
  private static final long SOCKET = 1L << 24;
  private static final long SET_UID = 1L << 23;
  private static final long SET_GID = 1L << 22;
  private static final long CHARACTER_DEVICE = 1L << 21;
  private static final long STICKY = 1L << 20;

  private PathStatJson() {}

  /** The value of {@code X-Docker-Container-Path-Stat}. */
  public static String header(PathStat stat) {
    return Base64.getEncoder()
        .encodeToString(
            Json.bytes(
                new View(
                    stat.name(),
                    stat.size(),
                    goMode(stat.mode()),
                    GoTime.nano(stat.mtime()),
                    stat.linkTarget())));
  }

  static long goMode(int mode) {
    long bits = mode & 0777;
    bits |= (mode & 04000) != 0 ? SET_UID : 0;
    bits |= (mode & 02000) != 0 ? SET_GID : 0;
    bits |= (mode & 01000) != 0 ? STICKY : 0;
    return bits
        | switch (mode & FileStat.S_IFMT) {
          case FileStat.S_IFDIR -> DIRECTORY;
          case FileStat.S_IFLNK -> SYMLINK;
          case FileStat.S_IFBLK -> DEVICE;
          case FileStat.S_IFCHR -> DEVICE | CHARACTER_DEVICE;
          case FileStat.S_IFIFO -> NAMED_PIPE;
          case FileStat.S_IFSOCK -> SOCKET;
          default -> 0;
        };
  }

  private record View(
      @JsonProperty("name") String name,
      @JsonProperty("size") long size,
      @JsonProperty("mode") long mode,
      @JsonProperty("mtime") String mtime,
      @JsonProperty("linkTarget") String linkTarget) {}
}
