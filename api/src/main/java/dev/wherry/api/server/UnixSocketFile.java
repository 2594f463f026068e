package dev.wherry.api.server;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a unix socket. It is bound in a directory only we can enter and moved to its place
 * when its owner and mode are right, so that nobody can connect before that, whatever the umask.
 * Blocking.
 */
final class UnixSocketFile {
  private static final Logger LOG = LoggerFactory.getLogger(UnixSocketFile.class);

  private final Path place;
  private final Path workshop;
  private @Nullable Object fileKey;

  private UnixSocketFile(Path place, Path workshop) {
    this.place = place;
    this.workshop = workshop;
  }

  /**
   * Makes ready to listen at a path.
   *
   * @throws IOException if somebody answers there, or something other than a socket is there
   */
  static UnixSocketFile prepare(Path place) throws IOException {
    refuseTaken(place);
    // The root has no parent, and is no place for a socket: refused above.
    Path directory = Objects.requireNonNull(place.toAbsolutePath().getParent());
    Files.createDirectories(directory);
    Path workshop =
        directory.resolve("." + place.getFileName() + "." + ProcessHandle.current().pid());
    Files.deleteIfExists(workshop.resolve("s"));
    Files.deleteIfExists(workshop);
    Files.createDirectory(
        workshop,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return new UnixSocketFile(place, workshop);
  }

  private static void refuseTaken(Path place) throws IOException {
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    var attributes =
        Files.readAttributes(
            place, "isRegularFile,isDirectory,isSymbolicLink", LinkOption.NOFOLLOW_LINKS);
    if (attributes.containsValue(true)) {
      throw new IOException(place + " exists and is not a socket");
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.connect(UnixDomainSocketAddress.of(place));
    } catch (IOException e) {
      LOG.debug("nobody answers at {}: {}", place, e.getMessage());
      return;
    }
    throw new IOException(place + " is in use: another daemon answers there");
  }

  /** Where to bind. */
  Path bindPath() {
    return workshop.resolve("s");
  }

  /**
   * Moves the bound socket to its place, with mode 0660.
   *
   * @param group who may use it besides its owner
   * @param groupMayBeMissing whether a group that does not exist leaves it to the owner alone
   * @throws IOException if the group is missing and may not be
   */
  void publish(String group, boolean groupMayBeMissing) throws IOException {
    Path bound = bindPath();
    Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString("rw-rw----"));
    try {
      GroupPrincipal principal =
          bound.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group);
      Files.getFileAttributeView(bound, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .setGroup(principal);
    } catch (UserPrincipalNotFoundException e) {
      if (!groupMayBeMissing) {
        throw new IOException("group " + group + " not found", e);
      }
      LOG.debug("there is no group {}: {} is for its owner alone", group, place);
    }
    fileKey = key(bound);
    Files.move(bound, place, StandardCopyOption.ATOMIC_MOVE);
    Files.delete(workshop);
  }

  /** Removes the file, unless another daemon has put its own in its place. */
  void remove() {
    try {
      Files.deleteIfExists(bindPath());
      Files.deleteIfExists(workshop);
      if (fileKey != null && fileKey.equals(key(place))) {
        Files.delete(place);
      }
    } catch (NoSuchFileException e) {
      LOG.debug("{} was gone already", place);
    } catch (IOException e) {
      LOG.warn("cannot remove {}: {}", place, e.getMessage());
    }
  }

  private static @Nullable Object key(Path path) throws IOException {
    return Files.getAttribute(path, "fileKey", LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public String toString() {
    return place.toString();
  }
}
