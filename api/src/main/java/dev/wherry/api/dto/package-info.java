/** Wire records: names, nulls and omissions as Docker's clients expect them. */
@NullMarked
package dev.wherry.api.dto;

import org.jspecify.annotations.NullMarked;
