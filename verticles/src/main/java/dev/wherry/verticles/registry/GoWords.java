package dev.wherry.verticles.registry;

import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** What goes wrong with connections, the common cases in Go's words, which users and tools know. */
final class GoWords {
  private static final Pattern ALERT = Pattern.compile("Received fatal alert: (\\w+)");

  private GoWords() {}

  /**
   * Why a request failed.
   *
   * @param uri whom it went to
   */
  static IOException of(Throwable cause, URI uri) {
    String address = Addresses.host(uri) + ":" + Addresses.port(uri);
    String text = String.valueOf(cause.getMessage());
    return switch (cause) {
      case UnknownHostException e ->
          new IOException("dial tcp: lookup " + Addresses.host(uri) + ": no such host", e);
      case ProxyConnectException e -> new IOException(Addresses.refusal(e), e);
      case ConnectException e when text.contains("Connection refused") ->
          new IOException("dial tcp " + address + ": connect: connection refused", e);
      case ConnectException e -> new IOException("dial tcp " + address + ": " + text, e);
      case SSLException e -> new IOException(tls(e), e);
      case Throwable e when e.getCause() instanceof SSLException refused ->
          new IOException(tls(refused), e);
      default -> new IOException(text, cause);
    };
  }

  /** What lies at the bottom of a failed handshake. */
  private static String tls(SSLException failure) {
    Throwable root = failure;
    while (root.getCause() != null && !(root instanceof CertificateException)) {
      root = root.getCause();
    }
    return switch (root) {
      case CertPathBuilderException e -> "x509: certificate signed by unknown authority";
      case CertificateException e when e.getCause() instanceof CertPathBuilderException ->
          "x509: certificate signed by unknown authority";
      case CertificateException e -> "x509: " + e.getMessage();
      case NotSslRecordException e -> "http: server gave HTTP response to HTTPS client";
      default -> alert(String.valueOf(root.getMessage()));
    };
  }

  /** What the other side did not like. */
  private static String alert(String text) {
    Matcher alert = ALERT.matcher(text);
    return alert.find() ? "remote error: tls: " + alert.group(1).replace('_', ' ') : text;
  }
}
