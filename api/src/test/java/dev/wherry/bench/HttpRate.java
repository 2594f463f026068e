package dev.wherry.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Closed-loop load: each connection asks again as soon as it is answered. */
final class HttpRate {

  private static final int CONNECTIONS = 8;
  private static final long DURATION_NANOS = TimeUnit.SECONDS.toNanos(2);

  private HttpRate() {}

  /** Requests answered per second. */
  static double of(Engine engine, String path) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      long begin = System.nanoTime();
      Callable<Integer> client = () -> ask(engine, path, begin + DURATION_NANOS);
      List<Future<Integer>> answered = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        answered.add(threads.submit(client));
      }
      long total = 0;
      for (Future<Integer> count : answered) {
        total += count.get();
      }
      return total / ((System.nanoTime() - begin) / 1e9);
    }
  }

  private static int ask(Engine engine, String path, long end) throws Exception {
    int answered = 0;
    try (HttpConnection connection = new HttpConnection(engine.socket())) {
      while (System.nanoTime() < end) {
        int status = connection.get(path);
        if (status != 200) {
          throw new IllegalStateException(path + ": status " + status);
        }
        answered++;
      }
    }
    return answered;
  }
}
