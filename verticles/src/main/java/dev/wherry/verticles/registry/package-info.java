/** The HTTP that the engine's registry client needs, by Vert.x. */
@NullMarked
package dev.wherry.verticles.registry;

import org.jspecify.annotations.NullMarked;
