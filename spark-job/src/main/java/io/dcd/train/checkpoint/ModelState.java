package io.dcd.train.checkpoint;

/**
 * A network between two rounds, and how far its training has come. The vectors are laid out alike; one that the run does not keep is
 * empty.
 *
 * @param parameters the network's flat parameter vector, running statistics included
 * @param velocity the optimiser's velocity
 * @param outerStep the last step of the outer optimiser
 * @param movingAverage of the parameters
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record ModelState(
        Progress progress, float[] parameters, float[] velocity, float[] outerStep, float[] movingAverage) {
    private static final float[] NONE = {};

    /** One that keeps neither an outer step nor a moving average. */
    public ModelState(Progress progress, float[] parameters, float[] velocity) {
        this(progress, parameters, velocity, NONE, NONE);
    }

    /** The parameters to be evaluated or given away: the moving average if it is wanted and the run keeps one. */
    public float[] parameters(boolean average) {
        return average && movingAverage.length > 0 ? movingAverage : parameters;
    }

    /** The same vectors at another place. */
    public ModelState at(Progress other) {
        return new ModelState(other, parameters, velocity, outerStep, movingAverage);
    }
}
