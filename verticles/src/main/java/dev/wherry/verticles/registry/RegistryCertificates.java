package dev.wherry.verticles.registry;

import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Certificates for single registries, as dockerd knows them: in a directory named {@code
 * host[:port]}, authorities in files {@code *.crt}, and what we prove ourselves with in pairs
 * {@code X.cert} and {@code X.key} (docs.docker.com, "Verify repository client with certificates").
 * Looked up anew each time, so that a change needs no restart.
 */
final class RegistryCertificates {
  /** Ours first; the other is dockerd's, whose users need not copy anything. */
  static final List<Path> PLACES =
      List.of(Path.of("/etc/wherry/certs.d"), Path.of("/etc/docker/certs.d"));

  /** The system's authorities: Debian's, then Fedora's. */
  private static final List<Path> SYSTEM =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"));

  private final List<Path> places;

  RegistryCertificates(List<Path> places) {
    this.places = List.copyOf(places);
  }

  /**
   * What there is for one registry.
   *
   * @param files with the time of their last change
   */
  record Found(Path directory, Map<String, FileTime> files) {

    private List<Path> ending(String suffix) {
      return files.keySet().stream()
          .filter(name -> name.endsWith(suffix))
          .map(directory::resolve)
          .toList();
    }

    /** A certificate of ours with its key, if there is one. */
    Optional<PemKeyCertOptions> identity() throws IOException {
      List<Path> certificates = ending(".cert");
      if (certificates.isEmpty()) {
        return Optional.empty();
      }
      PemKeyCertOptions identity = new PemKeyCertOptions();
      for (Path certificate : certificates) {
        String name = String.valueOf(certificate.getFileName());
        String key = name.substring(0, name.length() - "cert".length()) + "key";
        if (!files.containsKey(key)) {
          throw new IOException(
              "missing key %s for client certificate %s. CA certificates must use the extension .crt"
                  .formatted(key, name));
        }
        identity.addCertPath(certificate.toString());
        identity.addKeyPath(directory.resolve(key).toString());
      }
      return Optional.of(identity);
    }
  }

  /** The first place that has anything for a registry. */
  Optional<Found> find(String registry) throws IOException {
    for (Path place : places) {
      Path directory = place.resolve(registry).normalize();
      if (place.equals(directory.getParent()) && Files.isDirectory(directory)) {
        Map<String, FileTime> files = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
          for (Path entry : entries) {
            files.put(String.valueOf(entry.getFileName()), Files.getLastModifiedTime(entry));
          }
        }
        return Optional.of(new Found(directory, files));
      }
    }
    return Optional.empty();
  }

  /**
   * Trust in the system's authorities, and in those of a registry.
   *
   * @throws IOException if one of them can't be read
   */
  static TrustOptions trust(Optional<Found> found) throws IOException {
    try {
      KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
      authorities.load(null, null);
      List<Certificate> all = new ArrayList<>(system());
      if (found.isPresent()) {
        for (Path file : found.get().ending(".crt")) {
          all.addAll(read(file));
        }
      }
      for (int i = 0; i < all.size(); i++) {
        authorities.setCertificateEntry("authority-" + i, all.get(i));
      }
      TrustManagerFactory factory = factory(authorities);
      return TrustOptions.wrap(factory.getTrustManagers()[0]);
    } catch (GeneralSecurityException e) {
      throw new IOException("certificates of authorities: " + e.getMessage(), e);
    }
  }

  private static TrustManagerFactory factory(KeyStore authorities) throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(authorities);
    return factory;
  }

  private static List<? extends Certificate> system() throws IOException, GeneralSecurityException {
    for (Path bundle : SYSTEM) {
      if (Files.isReadable(bundle)) {
        return read(bundle);
      }
    }
    // Then those that came with the virtual machine.
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    List<X509Certificate> issuers = new ArrayList<>();
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        issuers.addAll(List.of(x509.getAcceptedIssuers()));
      }
    }
    return issuers;
  }

  private static List<? extends Certificate> read(Path file)
      throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      return List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
    }
  }
}
