package dev.wherry.engine.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** {@link Nftables} by libnftables.so.1; linked when the first one is opened. */
public final class LinuxNftables implements Nftables {
  private static final int NFT_CTX_DEFAULT = 0;
  private static final int NFT_CTX_OUTPUT_JSON = 1 << 4;

  /** The library's caches grow with the commands run; a context is used for so many only. */
  private static final int COMMANDS_PER_CONTEXT = 1000;

  private static final String SONAME = "libnftables.so.1";
  private static final Path OWN_NETWORK = Path.of("/proc/thread-self/ns/net");

  /** The library's functions, libnftables(3). */
  private static final class Library {
    static final SymbolLookup LOOKUP = SymbolLookup.libraryLookup(SONAME, Arena.global());
    static final MethodHandle NEW = link("nft_ctx_new", FunctionDescriptor.of(ADDRESS, JAVA_INT));
    static final MethodHandle FREE = link("nft_ctx_free", FunctionDescriptor.ofVoid(ADDRESS));
    static final MethodHandle BUFFER_OUTPUT =
        link("nft_ctx_buffer_output", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    static final MethodHandle BUFFER_ERROR =
        link("nft_ctx_buffer_error", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    static final MethodHandle GET_OUTPUT =
        link("nft_ctx_get_output_buffer", FunctionDescriptor.of(ADDRESS, ADDRESS));
    static final MethodHandle GET_ERROR =
        link("nft_ctx_get_error_buffer", FunctionDescriptor.of(ADDRESS, ADDRESS));
    static final MethodHandle SET_FLAGS =
        link("nft_ctx_output_set_flags", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));
    static final MethodHandle RUN =
        link("nft_run_cmd_from_buffer", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));

    private static MethodHandle link(String name, FunctionDescriptor descriptor) {
      return Linker.nativeLinker().downcallHandle(LOOKUP.findOrThrow(name), descriptor);
    }
  }

  private final Fd namespace;
  private MemorySegment context;
  private int commands;
  private boolean closed;

  private LinuxNftables(Fd namespace) {
    this.namespace = namespace;
    this.context = newContext();
  }

  /**
   * Opens the rule set of the calling thread's network namespace.
   *
   * @throws NftablesException if the library is not installed, or the kernel has no nftables
   */
  public static LinuxNftables open() {
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup.libraryLookup(SONAME, arena);
    } catch (IllegalArgumentException e) {
      throw new NftablesException(SONAME + " cannot be loaded: install the package libnftables1");
    }
    // The library would end the whole process where the kernel lacks it.
    try (NetlinkSocket _ = NetlinkSocket.open(NetlinkSocket.NETLINK_NETFILTER)) {
      String path = OWN_NETWORK.toString();
      int fd = FileCalls.openat(OpenFlags.AT_FDCWD, path, OpenFlags.O_RDONLY, 0);
      return new LinuxNftables(new Fd(fd));
    } catch (LinuxException e) {
      throw new NftablesException("the kernel has no nftables (modprobe nf_tables): " + e);
    }
  }

  @Override
  public synchronized String run(String script) {
    return run(script, 0);
  }

  @Override
  public synchronized String runJson(String script) {
    return run(script, NFT_CTX_OUTPUT_JSON);
  }

  private String run(String script, int outputFlags) {
    if (closed) {
      throw new NftablesException("the rule set was closed");
    }
    if (++commands > COMMANDS_PER_CONTEXT) {
      recycle();
    }
    try (Arena arena = Arena.ofConfined()) {
      Library.SET_FLAGS.invokeExact(context, outputFlags);
      int result = (int) Library.RUN.invokeExact(context, arena.allocateFrom(script + "\n", UTF_8));
      String output = text((MemorySegment) Library.GET_OUTPUT.invokeExact(context));
      String error = text((MemorySegment) Library.GET_ERROR.invokeExact(context));
      if (result != 0) {
        throw new NftablesException(error.isBlank() ? "nft failed: " + script : error.strip());
      }
      return output;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new AssertionError("nft_run_cmd_from_buffer", t);
    }
  }

  /** A context's socket belongs to the namespace of the thread that makes it. */
  private void recycle() {
    MemorySegment fresh =
        FreshThread.call(
            "nft-context",
            () -> {
              LinuxNamespaces.enterNetwork(namespace);
              return newContext();
            });
    free(context);
    context = fresh;
    commands = 0;
  }

  private static MemorySegment newContext() {
    try {
      MemorySegment context = (MemorySegment) Library.NEW.invokeExact(NFT_CTX_DEFAULT);
      if (context.address() == 0
          || (int) Library.BUFFER_OUTPUT.invokeExact(context) != 0
          || (int) Library.BUFFER_ERROR.invokeExact(context) != 0) {
        throw new NftablesException("nft_ctx_new failed");
      }
      return context;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new AssertionError("nft_ctx_new", t);
    }
  }

  private static void free(MemorySegment context) {
    try {
      Library.FREE.invokeExact(context);
    } catch (Throwable t) {
      throw new AssertionError("nft_ctx_free", t);
    }
  }

  private static String text(MemorySegment cString) {
    return cString.address() == 0 ? "" : cString.reinterpret(Long.MAX_VALUE).getString(0, UTF_8);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      free(context);
      namespace.close();
    }
  }
}
