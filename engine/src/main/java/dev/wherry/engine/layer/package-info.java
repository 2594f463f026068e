/** Image layers: from an archive to a tree, and back to the same archive byte by byte. */
@NullMarked
package dev.wherry.engine.layer;

import org.jspecify.annotations.NullMarked;
