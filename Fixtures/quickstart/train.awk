# Fits a line to the readings by gradient descent: awk -v epochs=600 -f train.awk readings.csv
#
# The columns are first scaled to mean 0 and deviation 1, so one learning rate suits all of them. Prints the error
# now and then, and at the end the line in the units of the file.
BEGIN {
    FS = ","
    features = 4
    rate = 0.02
}

FNR > 1 {
    rows++
    for (f = 1; f <= features; f++) {
        x[rows, f] = $(f + 1)
        sum[f] += $(f + 1)
        squares[f] += $(f + 1) * $(f + 1)
    }
    y[rows] = $(features + 2)
}

END {
    print "read " rows " readings with " features " features each"
    for (f = 1; f <= features; f++) {
        mean[f] = sum[f] / rows
        deviation[f] = sqrt(squares[f] / rows - mean[f] * mean[f])
        for (r = 1; r <= rows; r++) x[r, f] = (x[r, f] - mean[f]) / deviation[f]
        weight[f] = 0
    }
    for (epoch = 1; epoch <= epochs; epoch++) {
        loss = 0
        for (f = 0; f <= features; f++) slope[f] = 0
        for (r = 1; r <= rows; r++) {
            miss = weight[0] + weight[1] * x[r, 1] + weight[2] * x[r, 2] + weight[3] * x[r, 3] + weight[4] * x[r, 4] - y[r]
            loss += miss * miss
            slope[0] += miss
            for (f = 1; f <= features; f++) slope[f] += miss * x[r, f]
        }
        for (f = 0; f <= features; f++) weight[f] -= rate * 2 * slope[f] / rows
        if (epoch == 1 || epoch % (epochs / 10) == 0) {
            printf "epoch %3d of %d: mean squared error %.3f\n", epoch, epochs, loss / rows
            fflush()
        }
    }
    base = weight[0]
    for (f = 1; f <= features; f++) base -= weight[f] * mean[f] / deviation[f]
    printf "result: power = %.1f", base
    split("outside load humidity fans", name, " ")
    for (f = 1; f <= features; f++) printf " %+.2f*%s", weight[f] / deviation[f], name[f]
    printf "\n"
}
