package dev.wherry.engine.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys as openssl(1) writes them. */
class PemKeyTest {

  private static String openssl(String script) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", script)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(process.waitFor()).as(script).isZero();
    return text;
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 2048, 4096})
  void an_rsa_key_of_pkcs_1_is_the_same_as_in_its_envelope(int bits) throws Exception {
    String key = openssl("openssl genrsa -traditional " + bits);
    assertThat(key).startsWith("-----BEGIN RSA PRIVATE KEY-----");
    PrivateKey read = PemKey.read(key);
    assertThat(((RSAPrivateKey) read).getModulus().bitLength()).isEqualTo(bits);
    String enveloped = openssl("openssl pkcs8 -topk8 -nocrypt <<'K'\n" + key + "K");
    assertThat(PemKey.read(enveloped)).isEqualTo(read);
  }

  @ParameterizedTest
  @ValueSource(strings = {"prime256v1", "secp384r1", "secp521r1"})
  void a_key_of_a_curve_is_the_same_as_in_its_envelope(String curve) throws Exception {
    String key = openssl("openssl ecparam -genkey -name " + curve);
    assertThat(key).contains("-----BEGIN EC PRIVATE KEY-----");
    PrivateKey read = PemKey.read(key);
    String enveloped = openssl("openssl pkcs8 -topk8 -nocrypt <<'K'\n" + key + "K");
    assertThat(((ECPrivateKey) read).getS())
        .isEqualTo(((ECPrivateKey) PemKey.read(enveloped)).getS());
  }

  @Test
  void what_is_no_key_is_told() throws Exception {
    assertThatThrownBy(() -> PemKey.read("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
        .isInstanceOf(IOException.class)
        .hasMessage("no unencrypted private key");
    String cut =
        openssl("openssl ecparam -genkey -noout -name prime256v1").replaceFirst("\n.{40}", "\n");
    assertThatThrownBy(() -> PemKey.read(cut)).hasMessageContaining("private key");
  }
}
