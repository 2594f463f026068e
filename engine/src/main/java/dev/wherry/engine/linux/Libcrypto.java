package dev.wherry.engine.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.security.MessageDigest;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SHA-256 by OpenSSL's libcrypto, SHA256_Init(3), which uses what the processor has for it. The
 * virtual machine's own does that only in code of its second compiler, which this daemon runs
 * without: a tenth of the speed (docs/decisions/layer-archives.md).
 */
public final class Libcrypto {
  private static final Logger LOG = LoggerFactory.getLogger(Libcrypto.class);

  /** Both have these functions; the newer calls them deprecated. */
  private static final List<String> SONAMES = List.of("libcrypto.so.3", "libcrypto.so.1.1");

  /** {@code SHA256_CTX}: eight words, a length of two, a block of sixteen, two more. */
  private static final int CONTEXT_BYTES = 112;

  private static final int DIGEST_BYTES = 32;

  /** The collector waits for a call that works on Java's memory; this takes some microseconds. */
  private static final int MOST_AT_ONCE = 32 << 10;

  private Libcrypto() {}

  /** Linked at the first use; {@code null} if the library is not installed. */
  private static final class Library {
    static final @Nullable Library INSTANCE = link();

    final MethodHandle init;
    final MethodHandle update;
    final MethodHandle end;

    private Library(SymbolLookup lookup) {
      init = link(lookup, "SHA256_Init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
      update =
          link(
              lookup,
              "SHA256_Update",
              FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));
      end = link(lookup, "SHA256_Final", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    }

    private static @Nullable Library link() {
      for (String name : SONAMES) {
        try {
          return new Library(SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException | NoSuchElementException e) {
          LOG.debug("{} is not used: {}", name, e.getMessage());
        }
      }
      return null;
    }

    private static MethodHandle link(SymbolLookup lookup, String name, FunctionDescriptor type) {
      return Linker.nativeLinker()
          .downcallHandle(lookup.findOrThrow(name), type, Linker.Option.critical(true));
    }
  }

  /** A fresh SHA-256 to be fed, or nothing if the library is not there. */
  public static Optional<MessageDigest> sha256() {
    Library library = Library.INSTANCE;
    return library == null ? Optional.empty() : Optional.of(new Sha256(library));
  }

  private static final class Sha256 extends MessageDigest {
    private final Library library;
    private final MemorySegment context = MemorySegment.ofArray(new long[CONTEXT_BYTES / 8]);

    Sha256(Library library) {
      super("SHA-256");
      this.library = library;
      engineReset();
    }

    @Override
    protected int engineGetDigestLength() {
      return DIGEST_BYTES;
    }

    @Override
    protected void engineUpdate(byte input) {
      engineUpdate(new byte[] {input}, 0, 1);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
      MemorySegment bytes = MemorySegment.ofArray(input).asSlice(offset, length);
      for (long at = 0; at < length; at += MOST_AT_ONCE) {
        long count = Math.min(length - at, MOST_AT_ONCE);
        try {
          check((int) library.update.invokeExact(context, bytes.asSlice(at, count), count));
        } catch (RuntimeException | Error e) {
          throw e;
        } catch (Throwable t) {
          throw new AssertionError("SHA256_Update", t);
        }
      }
    }

    @Override
    protected byte[] engineDigest() {
      byte[] digest = new byte[DIGEST_BYTES];
      try {
        check((int) library.end.invokeExact(MemorySegment.ofArray(digest), context));
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable t) {
        throw new AssertionError("SHA256_Final", t);
      }
      engineReset();
      return digest;
    }

    @Override
    protected void engineReset() {
      try {
        check((int) library.init.invokeExact(context));
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable t) {
        throw new AssertionError("SHA256_Init", t);
      }
    }

    private static void check(int result) {
      if (result != 1) {
        throw new IllegalStateException("libcrypto could not hash");
      }
    }
  }
}
