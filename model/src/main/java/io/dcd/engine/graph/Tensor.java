package io.dcd.engine.graph;

/**
 * A value that flows through a {@link Graph}: one {@link Shape} for every sample of the batch.
 *
 * @param index position among the graph's tensors
 * @param name the name of the layer that produces it, and the part inside that layer
 * @param shape the extent of one sample
 */
public record Tensor(int index, String name, Shape shape) {
    @Override
    public String toString() {
        return name + " (" + shape + ")";
    }
}
