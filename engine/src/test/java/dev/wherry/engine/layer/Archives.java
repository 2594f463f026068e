package dev.wherry.engine.layer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wherry.engine.tar.TarEntry;
import dev.wherry.engine.tar.TarEntry.Type;
import dev.wherry.engine.tar.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;

/** Makes archives for tests, member by member. */
public final class Archives {
  public static final Instant TIME = Instant.parse("2020-02-03T04:05:06.789Z");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final TarWriter writer = new TarWriter(out);

  public Archives file(String name, String content) {
    return file(name, content.getBytes(UTF_8));
  }

  public Archives file(String name, byte[] content) {
    return add(TarEntry.simple(name, Type.FILE, 0644, content.length, TIME), content);
  }

  public Archives directory(String name, int mode) {
    return add(TarEntry.simple(name, Type.DIRECTORY, mode, 0, TIME));
  }

  public Archives symlink(String name, String target) {
    return link(name, Type.SYMLINK, target);
  }

  public Archives hardlink(String name, String target) {
    return link(name, Type.HARDLINK, target);
  }

  private Archives link(String name, Type type, String target) {
    return add(new TarEntry(name, type, 0777, 0, 0, 0, TIME, null, target, null, Map.of(), null));
  }

  public Archives device(String name, Type type, int major, int minor) {
    TarEntry.Device device = new TarEntry.Device(major, minor);
    return add(new TarEntry(name, type, 0660, 0, 5, 0, TIME, null, "", device, Map.of(), null));
  }

  public Archives add(TarEntry entry, byte... content) {
    try {
      writer.put(entry, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  public byte[] bytes() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
