package io.dcd.engine.backend;

import io.dcd.engine.graph.Parameter;

/** What a {@link BatchReduction} is given when it is made. */
public interface ReductionMemory {
    /** The number of samples of the whole batch. */
    int batch();

    /** The number of threads that add to the sums. */
    int threads();

    /** The parameter's slice of the flat vector. */
    Buffer parameter(Parameter parameter);

    /** The parameter's slice of the flat gradient vector, to add to. */
    Buffer parameterGradient(Parameter parameter);
}
