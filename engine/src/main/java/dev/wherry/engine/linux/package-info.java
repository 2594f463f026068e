/**
 * The room where Wherry meets the kernel: system calls, mounts, namespaces, processes, rtnetlink
 * and nftables, named as in the man pages. The only user of {@code java.lang.foreign}; nothing
 * above it knows of memory segments, struct layouts or errno.
 */
@NullMarked
package dev.wherry.engine.linux;

import org.jspecify.annotations.NullMarked;
