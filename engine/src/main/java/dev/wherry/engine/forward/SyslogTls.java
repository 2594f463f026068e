package dev.wherry.engine.forward;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Whom a TLS connection trusts and as whom it shows itself, from files in PEM. */
record SyslogTls(SSLContext context) {
  static SyslogTls load(SyslogOptions.Tls files) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(identity(files), trusted(files), null);
      return new SyslogTls(context);
    } catch (GeneralSecurityException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static TrustManager @Nullable [] trusted(SyslogOptions.Tls files)
      throws IOException, GeneralSecurityException {
    if (!files.verify()) {
      return new TrustManager[] {new Anybody()};
    }
    Path file = files.authorities();
    if (file == null) {
      return null;
    }
    KeyStore store = empty();
    int number = 0;
    for (Certificate certificate : certificates(file, "CA certificate")) {
      store.setCertificateEntry("ca" + number++, certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyManager @Nullable [] identity(SyslogOptions.Tls files)
      throws IOException, GeneralSecurityException {
    Path certificate = files.certificate();
    Path key = files.key();
    if (certificate == null || key == null) {
      if (certificate != null || key != null) {
        throw new IOException("syslog-tls-cert and syslog-tls-key are given together");
      }
      return null;
    }
    KeyStore store = empty();
    char[] password = new char[0];
    store.setKeyEntry(
        "key",
        key(key),
        password,
        certificates(certificate, "certificate").toArray(Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, password);
    return factory.getKeyManagers();
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }

  private static List<Certificate> certificates(Path file, String what)
      throws IOException, GeneralSecurityException {
    byte[] bytes = read(file, what);
    return List.copyOf(
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(bytes)));
  }

  private static byte[] read(Path file, String what) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException(
          "could not read %s \"%s\": open %s: no such file or directory"
              .formatted(what, file, file),
          e);
    }
  }

  private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    String text = new String(read(file, "key"), StandardCharsets.US_ASCII);
    try {
      return PemKey.read(text);
    } catch (IOException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    } catch (GeneralSecurityException e) {
      throw new GeneralSecurityException(file + ": " + e.getMessage(), e);
    }
  }

  /** What {@code syslog-tls-skip-verify} asks for. */
  private static final class Anybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
