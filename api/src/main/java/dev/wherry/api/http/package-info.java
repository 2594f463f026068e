/** What every route stands on: one exchange, its parameters, its JSON and its errors. */
@NullMarked
package dev.wherry.api.http;

import org.jspecify.annotations.NullMarked;
