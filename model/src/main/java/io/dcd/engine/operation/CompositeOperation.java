package io.dcd.engine.operation;

import java.util.List;

/**
 * An operation that stands for several others, of whose tensors only the last output is seen outside: a backend may
 * compute it without forming the tensors in between. What it means is what its parts mean.
 */
public sealed interface CompositeOperation extends Operation permits NormalizedPointwise {
    /** The operations that it stands for, in order. Each tensor between them has one reader. */
    List<Operation> parts();
}
