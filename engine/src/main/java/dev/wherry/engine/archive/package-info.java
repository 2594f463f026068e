/** Archives of images, {@code docker-archive} and OCI layout, read as streams and written. */
@NullMarked
package dev.wherry.engine.archive;

import org.jspecify.annotations.NullMarked;
