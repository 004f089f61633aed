package io.dcd.model.cost;

/**
 * What one layer costs.
 *
 * @param name of its vertex
 * @param kind the simple name of its definition's class
 * @param output the extent of its result, height × width × channels
 * @param trainableParameters those that a gradient moves
 * @param runningStatistics means and variances of batch norms
 * @param madds for one image
 */
public record LayerCost(
        String name,
        String kind,
        String output,
        long trainableParameters,
        long runningStatistics,
        MultiplyAdds madds) {}
