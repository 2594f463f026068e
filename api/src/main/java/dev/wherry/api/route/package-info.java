/** The Docker API's resources, one class for each, over the engine's clients. */
@NullMarked
package dev.wherry.api.route;

import org.jspecify.annotations.NullMarked;
