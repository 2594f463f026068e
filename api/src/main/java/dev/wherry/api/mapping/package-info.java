/** Pure translation between wire records and the engine's records. */
@NullMarked
package dev.wherry.api.mapping;

import org.jspecify.annotations.NullMarked;
