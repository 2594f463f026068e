package dev.wherry.engine.tar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.linux.FileNames;
import dev.wherry.engine.tar.TarEntry.Type;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TarTest {
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

  private static TarEntry file(String name, long size) {
    return TarEntry.simple(name, Type.FILE, 0644, size, TIME);
  }

  private static byte[] archive(TarEntry entry, byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarWriter writer = new TarWriter(out)) {
      writer.put(entry, content);
    }
    return out.toByteArray();
  }

  private static TarEntry roundTrip(TarEntry entry) throws IOException {
    byte[] archive = archive(entry, new byte[(int) entry.size()]);
    return new TarReader(new ByteArrayInputStream(archive), TarTap.NONE).next();
  }

  @Test
  void a_plain_member_is_read_as_it_was_written() throws IOException {
    TarEntry entry =
        new TarEntry("a/b", Type.FILE, 06755, 1000, 100, 5, TIME, null, "", null, Map.of(), null);
    assertThat(roundTrip(entry)).isEqualTo(entry);
    assertThat(archive(entry, new byte[5])).hasSize(512 + 512 + 1024);
  }

  @Test
  void long_and_strange_names_large_ids_and_nanoseconds_survive() throws IOException {
    String bytes = FileNames.decode(new byte[] {'x', (byte) 0xFF, (byte) 0xC3});
    for (String name : List.of("d/".repeat(150) + "f", "\u00e9\u4e2d\ud83d\ude00", bytes)) {
      TarEntry entry =
          new TarEntry(
              name,
              Type.SYMLINK,
              0777,
              4_000_000_000L,
              3_000_000L,
              0,
              Instant.parse("1969-12-31T23:59:58.000000001Z"),
              Instant.parse("2030-01-01T00:00:00.5Z"),
              "../" + name,
              null,
              Map.of(),
              null);
      assertThat(roundTrip(entry)).isEqualTo(entry);
    }
  }

  @Test
  void attributes_keep_every_byte() throws IOException {
    byte[] value = new byte[256];
    for (int i = 0; i < 256; i++) {
      value[i] = (byte) i;
    }
    TarEntry entry =
        new TarEntry(
            "f", Type.FILE, 0644, 0, 0, 0, TIME, null, "", null, Map.of("user.x=y", value), null);
    // A key with "=" can't be written in pax; the rest of it becomes part of the value.
    assertThat(roundTrip(entry).xattrs()).containsOnlyKeys("user.x");
    TarEntry plain =
        new TarEntry(
            "f", Type.FILE, 0644, 0, 0, 0, TIME, null, "", null, Map.of("user.x", value), null);
    assertThat(roundTrip(plain).xattrs().get("user.x")).isEqualTo(value);
  }

  @Test
  void pax_record_lengths_count_their_own_digits() throws IOException {
    for (int length = 80; length < 120; length++) {
      TarEntry entry = file("d/" + "n".repeat(length), 0);
      assertThat(roundTrip(entry).name()).isEqualTo(entry.name());
    }
  }

  @Test
  void devices_and_fifos_are_read_as_they_were_written() throws IOException {
    for (Type type : List.of(Type.CHARACTER_DEVICE, Type.BLOCK_DEVICE)) {
      TarEntry entry =
          new TarEntry(
              "dev",
              type,
              0660,
              0,
              6,
              0,
              TIME,
              null,
              "",
              new TarEntry.Device(8, 17),
              Map.of(),
              null);
      assertThat(roundTrip(entry)).isEqualTo(entry);
    }
    TarEntry fifo = TarEntry.simple("p", Type.FIFO, 0600, 0, TIME);
    assertThat(roundTrip(fifo)).isEqualTo(fifo);
  }

  @Test
  void the_tap_and_the_content_are_the_whole_archive() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarWriter writer = new TarWriter(out)) {
      writer.put(file("a".repeat(200), 700), new byte[700]);
      writer.put(file("b", 3), "abc".getBytes(UTF_8));
      writer.put(TarEntry.simple("c/", Type.DIRECTORY, 0755, 0, TIME));
    }
    out.write("trailing bytes".getBytes(UTF_8));
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    TarReader reader = new TarReader(new ByteArrayInputStream(out.toByteArray()), seen::write);
    for (TarEntry e = reader.next(); e != null; e = reader.next()) {
      if (e.name().equals("b")) {
        seen.write(reader.content().readAllBytes());
      }
    }
    assertThat(seen.toByteArray()).isEqualTo(out.toByteArray());
  }

  @Test
  void an_archive_cut_anywhere_but_at_a_header_is_truncated() throws IOException {
    byte[] whole = archive(file("n".repeat(150), 1000), new byte[1000]);
    for (int length : List.of(1, 511, 600, 1100, 1600, 2000, 2559)) {
      InputStream cut = new ByteArrayInputStream(Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> readAll(cut))
          .as("cut at %d", length)
          .isInstanceOf(TarFormatException.class)
          .hasMessage("unexpected EOF");
    }
  }

  @Test
  void what_is_no_archive_is_refused() {
    for (byte[] bytes : List.of(new byte[1024], "x".repeat(2000).getBytes(UTF_8))) {
      bytes[0] = 'x';
      assertThatThrownBy(() -> readAll(new ByteArrayInputStream(bytes)))
          .isInstanceOf(TarFormatException.class)
          .hasMessage("archive/tar: invalid tar header");
    }
  }

  @Test
  void an_extended_header_of_absurd_size_is_refused_before_it_is_read() throws IOException {
    byte[] archive = archive(file("n".repeat(150), 0), new byte[0]);
    TarEntry huge = TarEntry.simple("x", Type.FILE, 0644, 2 << 20, TIME);
    byte[] header = Arrays.copyOf(archive(huge, new byte[2 << 20]), 512);
    header[TarHeader.TYPE] = 'x';
    header[TarHeader.CHECKSUM + 5] += 0;
    fixChecksum(header);
    System.arraycopy(header, 0, archive, 0, 512);
    assertThatThrownBy(() -> readAll(new ByteArrayInputStream(archive)))
        .isInstanceOf(TarFormatException.class)
        .hasMessageContaining("too long");
  }

  @Test
  void malformed_pax_records_are_refused() throws IOException {
    for (String record :
        List.of("x", "5 a=b", "99 path=a\n", "8 path=\0\n", "6 =a\nx\n", "11 mtime=x\n")) {
      byte[] data = record.getBytes(UTF_8);
      assertThatThrownBy(
              () -> {
                PaxRecords pax = PaxRecords.parse(data);
                pax.text("path");
                pax.time("mtime");
              })
          .as(record)
          .isInstanceOf(TarFormatException.class);
    }
  }

  @Test
  void an_unknown_member_type_is_refused_by_number() throws IOException {
    byte[] archive = archive(file("f", 0), new byte[0]);
    archive[TarHeader.TYPE] = 'M';
    fixChecksum(archive);
    assertThatThrownBy(() -> readAll(new ByteArrayInputStream(archive)))
        .hasMessage("unhandled tar header type 77");
  }

  static void fixChecksum(byte[] block) {
    Arrays.fill(block, TarHeader.CHECKSUM, TarHeader.CHECKSUM + 8, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += block[i] & 0xFF;
    }
    byte[] digits = "%06o\0 ".formatted(sum).getBytes(UTF_8);
    System.arraycopy(digits, 0, block, TarHeader.CHECKSUM, 8);
  }

  static List<TarEntry> readAll(InputStream in) throws IOException {
    TarReader reader = new TarReader(in, TarTap.NONE);
    List<TarEntry> entries = new ArrayList<>();
    for (TarEntry e = reader.next(); e != null; e = reader.next()) {
      entries.add(e);
    }
    return entries;
  }
}
