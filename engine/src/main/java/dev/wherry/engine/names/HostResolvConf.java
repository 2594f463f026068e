package dev.wherry.engine.names;

import dev.wherry.engine.network.ResolvConf;
import java.io.UncheckedIOException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host's resolv.conf(5) as it is now: a host that changes networks changes its name servers,
 * and containers ask the new ones from then on. It is read when somebody wants it, and then not
 * again for a second, so that nothing runs while nobody asks. Thread-safe.
 */
final class HostResolvConf implements Supplier<ResolvConf> {
  private static final Logger LOG = LoggerFactory.getLogger(HostResolvConf.class);
  private static final long FRESH_NANOS = 1_000_000_000;

  private final Supplier<ResolvConf> reader;
  private final LongSupplier nanoTime;
  private volatile Read last;

  private record Read(ResolvConf conf, long at) {}

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  HostResolvConf(Supplier<ResolvConf> reader, LongSupplier nanoTime) {
    this.reader = reader;
    this.nanoTime = nanoTime;
    this.last = new Read(reader.get(), nanoTime.getAsLong());
  }

  static HostResolvConf ofHost() {
    return new HostResolvConf(ResolvConf::ofHost, System::nanoTime);
  }

  @Override
  public ResolvConf get() {
    Read known = last;
    long now = nanoTime.getAsLong();
    if (now - known.at < FRESH_NANOS) {
      return known.conf;
    }
    Read fresh = new Read(read(known.conf), now);
    last = fresh;
    return fresh.conf;
  }

  /** The same object as long as nothing has changed. */
  private ResolvConf read(ResolvConf known) {
    try {
      ResolvConf present = reader.get();
      return present.equals(known) ? known : present;
    } catch (UncheckedIOException e) {
      LOG.warn("the host's name servers are taken to be those of before: {}", e.getMessage());
      return known;
    }
  }

  /** What follows from it, made anew when it has changed. */
  <T> Supplier<T> derive(Function<ResolvConf, T> function) {
    return new Derived<>(this, function);
  }

  private static final class Derived<T> implements Supplier<T> {
    private final Supplier<ResolvConf> source;
    private final Function<ResolvConf, T> function;
    private volatile @Nullable Made<T> made;

    private record Made<T>(ResolvConf from, T result) {}

    Derived(Supplier<ResolvConf> source, Function<ResolvConf, T> function) {
      this.source = source;
      this.function = function;
    }

    @Override
    public T get() {
      ResolvConf present = source.get();
      Made<T> known = made;
      if (known == null || !known.from.equals(present)) {
        known = new Made<>(present, function.apply(present));
        made = known;
      }
      return known.result;
    }
  }
}
