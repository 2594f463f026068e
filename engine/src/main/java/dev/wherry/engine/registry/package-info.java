/**
 * Images from registries, by the OCI distribution specification and Docker's token authentication:
 * where to ask, what to ask with, what to believe of the answers. The HTTP itself is a port.
 */
@NullMarked
package dev.wherry.engine.registry;

import org.jspecify.annotations.NullMarked;
