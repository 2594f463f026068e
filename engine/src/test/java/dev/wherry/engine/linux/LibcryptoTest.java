package dev.wherry.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LibcryptoTest {
  private final Random random = new Random(1);

  @BeforeEach
  void library() {
    assumeTrue(Libcrypto.sha256().isPresent(), "libcrypto is installed");
  }

  @Test
  void the_digest_is_the_virtual_machines_however_it_is_fed() throws NoSuchAlgorithmException {
    MessageDigest ours = Libcrypto.sha256().orElseThrow();
    MessageDigest theirs = MessageDigest.getInstance("SHA-256");
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 200; i++) {
        byte[] bytes = new byte[random.nextInt(100_000)];
        random.nextBytes(bytes);
        int offset = random.nextInt(bytes.length + 1);
        int length = random.nextInt(bytes.length - offset + 1);
        ours.update(bytes, offset, length);
        theirs.update(bytes, offset, length);
        ours.update((byte) i);
        theirs.update((byte) i);
      }
      assertThat(ours.digest()).isEqualTo(theirs.digest());
    }
  }

  @Test
  void nothing_has_the_digest_of_nothing() throws NoSuchAlgorithmException {
    assertThat(Libcrypto.sha256().orElseThrow().digest())
        .isEqualTo(MessageDigest.getInstance("SHA-256").digest());
  }
}
