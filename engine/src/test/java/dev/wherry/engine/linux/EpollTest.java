package dev.wherry.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EpollTest {
  private final LinuxProcesses processes = new LinuxProcesses();

  @Test
  void tells_which_of_several_descriptors_is_readable_or_hung_up() {
    long[] tokens = new long[8];
    try (Epoll epoll = Epoll.create();
        Processes.Pipe first = processes.pipe();
        Processes.Pipe second = processes.pipe()) {
      epoll.add(first.read(), Processes.POLLIN, 11);
      epoll.add(second.read(), Processes.POLLIN, Long.MAX_VALUE);
      second.write().write(new byte[] {1}, 0, 1);
      assertThat(epoll.await(tokens)).isEqualTo(1);
      assertThat(tokens[0]).isEqualTo(Long.MAX_VALUE);

      epoll.remove(second.read());
      first.write().close();
      assertThat(epoll.await(tokens)).isEqualTo(1);
      assertThat(tokens[0]).isEqualTo(11);
    }
  }
}
