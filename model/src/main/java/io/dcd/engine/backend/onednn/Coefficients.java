package io.dcd.engine.backend.onednn;

/** Batch normalisation and activation as a clipped affine map, factor·(x − mean) + constant of each channel. */
interface Coefficients {
    /** Brings the arrays up to date; the other methods return the same ones ever. */
    void refresh();

    /** μ. */
    float[] means();

    /** The activation's slope times γ/√(σ² + ε). */
    float[] factors();

    /** The activation's slope times β, and its offset. */
    float[] constants();
}
