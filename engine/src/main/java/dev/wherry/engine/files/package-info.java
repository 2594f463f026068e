/**
 * Whole trees of files: how much they hold, and copies of them that are the same in all respects.
 */
@NullMarked
package dev.wherry.engine.files;

import org.jspecify.annotations.NullMarked;
