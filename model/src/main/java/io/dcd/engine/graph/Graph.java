package io.dcd.engine.graph;

import io.dcd.engine.operation.Operation;
import java.util.List;

/**
 * A network as a list of primitive operations in the order in which they can run.
 *
 * @param tensors all values, each at its {@link Tensor#index()}
 * @param inputs the tensors that no operation writes; empty when an {@link io.dcd.engine.operation.ImageNormalization}
 *     is the source
 * @param operations every operation after those whose outputs it reads
 * @param output the network's result
 * @param parameters all slices of the flat vector, by offset; without gaps unless some are derived from others
 */
public record Graph(
        List<Tensor> tensors,
        List<Tensor> inputs,
        List<Operation> operations,
        Tensor output,
        List<Parameter> parameters) {
    public Graph {
        tensors = List.copyOf(tensors);
        inputs = List.copyOf(inputs);
        operations = List.copyOf(operations);
        parameters = List.copyOf(parameters);
    }

    /** The length of the flat parameter vector, running statistics included. */
    public int parameterElements() {
        return parameters.stream()
                .mapToInt(parameter -> Math.toIntExact(parameter.offset() + parameter.elements()))
                .max()
                .orElse(0);
    }
}
