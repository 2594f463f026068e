/** Content known by its digest: blobs on disk, and the manifests that name them. */
@NullMarked
package dev.wherry.engine.content;

import org.jspecify.annotations.NullMarked;
