package io.dcd.engine.plan;

/**
 * How a graph is to be run.
 *
 * @param batch the number of samples that every run computes
 * @param training whether a backward pass follows each forward pass
 * @param inputGradients whether the backward pass also computes the gradients of the graph's inputs
 * @param folded whether an inference plan may compute with parameters derived from the given ones
 * @param seed of the plan's random decisions
 */
public record PlanOptions(int batch, boolean training, boolean inputGradients, boolean folded, long seed) {
    public PlanOptions {
        if (batch < 1) {
            throw new IllegalArgumentException("the batch must be at least 1, got " + batch);
        }
        if (inputGradients && !training) {
            throw new IllegalArgumentException("gradients of the inputs need a training plan");
        }
    }

    /** Forward and backward, no gradients of the inputs. */
    public static PlanOptions training(int batch, long seed) {
        return new PlanOptions(batch, true, false, false, seed);
    }

    /** Forward alone. */
    public static PlanOptions inference(int batch) {
        return new PlanOptions(batch, false, false, true, 0);
    }

    /** The same with gradients of the graph's inputs. */
    public PlanOptions withInputGradients() {
        return new PlanOptions(batch, training, true, folded, seed);
    }

    /** The same with the operations as the graph has them. */
    public PlanOptions withoutFolding() {
        return new PlanOptions(batch, training, inputGradients, false, seed);
    }
}
