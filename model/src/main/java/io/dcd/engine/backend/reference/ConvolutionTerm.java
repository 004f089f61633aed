package io.dcd.engine.backend.reference;

/** One product of a convolution's sum: a weight times an input, added to an output. */
interface ConvolutionTerm {
    void visit(int weight, int input, int output);
}
