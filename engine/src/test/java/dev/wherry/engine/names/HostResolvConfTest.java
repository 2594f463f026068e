package dev.wherry.engine.names;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.network.ResolvConf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class HostResolvConfTest {
  private final AtomicLong now = new AtomicLong();
  private final AtomicReference<String> file = new AtomicReference<>("nameserver 192.0.2.1");
  private final AtomicInteger reads = new AtomicInteger();
  private final HostResolvConf host = new HostResolvConf(this::read, now::get);

  private ResolvConf read() {
    reads.incrementAndGet();
    if (file.get().isEmpty()) {
      throw new UncheckedIOException(new IOException("unreadable"));
    }
    return ResolvConf.parse(file.get());
  }

  private void later() {
    now.addAndGet(1_000_000_000);
  }

  @Test
  void a_change_of_the_file_counts_from_a_second_later_at_most() {
    Supplier<List<String>> servers = host.derive(ResolvConf::nameservers);
    assertThat(servers.get()).containsExactly("192.0.2.1");
    file.set("nameserver 192.0.2.2");
    assertThat(servers.get()).containsExactly("192.0.2.1");
    later();
    assertThat(servers.get()).containsExactly("192.0.2.2");
  }

  @Test
  void it_is_read_once_a_second_and_what_follows_is_made_once() {
    AtomicInteger made = new AtomicInteger();
    Supplier<Integer> derived = host.derive(conf -> made.incrementAndGet());
    for (int i = 0; i < 10; i++) {
      assertThat(derived.get()).isEqualTo(1);
    }
    later();
    assertThat(derived.get()).isEqualTo(1);
    assertThat(reads).hasValue(2);
    assertThat(made).hasValue(1);
  }

  @Test
  void a_file_that_cannot_be_read_leaves_what_was_known() {
    file.set("");
    later();
    assertThat(host.get().nameservers()).containsExactly("192.0.2.1");
  }
}
