package io.dcd.engine.backend.reference;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;

/** A product as the sum of its terms: each term w·x → y gives dw += x·dy and dx += w·dy; w is a parameter or a value. */
record ProductTerms(ReferenceMemory memory, All all) {
    /** One product of the sum: a weight times an input, added to an output, all by their indices in the slice. */
    interface Term {
        void visit(int weight, int input, int output);
    }

    /** Visits every term of the sum. */
    interface All {
        void forEach(Term term);
    }

    void forward(Tensor input, Parameter kernel, Tensor output) {
        ReferenceBuffer x = memory.value(input);
        ReferenceBuffer y = memory.value(output);
        ReferenceBuffer weights = memory.parameter(kernel);
        y.clear();
        all.forEach((w, i, o) -> y.add(o, weights.get(w) * x.get(i)));
    }

    void backward(Tensor input, Parameter kernel, Tensor output) {
        ReferenceBuffer x = memory.value(input);
        ReferenceBuffer weights = memory.parameter(kernel);
        ReferenceBuffer dy = memory.gradient(output);
        InputGradient dx = memory.inputGradient(input);
        ReferenceBuffer weightsGradient = memory.parameterGradient(kernel);
        all.forEach((w, i, o) -> {
            weightsGradient.add(w, x.get(i) * dy.get(o));
            dx.add(i, weights.get(w) * dy.get(o));
        });
    }

    void forward(Tensor input, Tensor kernel, Tensor output) {
        ReferenceBuffer x = memory.value(input);
        ReferenceBuffer y = memory.value(output);
        ReferenceBuffer weights = memory.value(kernel);
        y.clear();
        all.forEach((w, i, o) -> y.add(o, weights.get(w) * x.get(i)));
    }

    void backward(Tensor input, Tensor kernel, Tensor output) {
        ReferenceBuffer x = memory.value(input);
        ReferenceBuffer weights = memory.value(kernel);
        ReferenceBuffer dy = memory.gradient(output);
        InputGradient dx = memory.inputGradient(input);
        InputGradient weightsGradient = memory.inputGradient(kernel);
        all.forEach((w, i, o) -> {
            weightsGradient.add(w, x.get(i) * dy.get(o));
            dx.add(i, weights.get(w) * dy.get(o));
        });
    }
}
