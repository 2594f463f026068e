/** Images: references, manifests, the content store, archives. */
@NullMarked
package dev.wherry.engine.image;

import org.jspecify.annotations.NullMarked;
